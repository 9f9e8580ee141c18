/** A screenshot of the product in the current theme. */
import { useTheme } from '../page/theme';
import { words } from '../words/start';
import dark from './pictures/editor-dark.webp';
import light from './pictures/editor-light.webp';

export function ProductPicture() {
  const { theme } = useTheme();
  return (
    <figure className="relative">
      <div
        aria-hidden="true"
        className="absolute -inset-x-4 -top-16 bottom-1/4 bg-[radial-gradient(closest-side,var(--wash),transparent)] sm:-inset-x-6"
      />
      <img
        src={theme === 'dark' ? dark : light}
        alt={words.landing.picture}
        width={1440}
        height={820}
        fetchPriority="high"
        // On phones, crop to the conversation, which is 450 px wide, so that it is readable.
        className="relative h-auto w-full rounded-md border border-line shadow-float max-sm:aspect-[450/820] max-sm:object-cover max-sm:object-right-top"
      />
    </figure>
  );
}
