/** Footer of the visitor pages. */
import { Link } from 'react-router';
import { words } from '../words/shell';

export function Footer() {
  return (
    <footer className="border-t border-line-soft bg-sunken">
      <div className="mx-auto flex max-w-6xl items-center justify-between px-4 py-4 text-sm text-dim sm:px-6">
        {words.common.product}
        <Link
          to="/about"
          className="inline-flex min-h-9 items-center justify-end font-medium text-accent-text underline-offset-4 hover:underline pointer-coarse:min-h-11 pointer-coarse:min-w-11"
        >
          {words.common.about}
        </Link>
      </div>
    </footer>
  );
}
