/** The 404 page. */
import { Compass } from 'lucide-react';
import { ButtonLink } from '../ui/button';
import { EmptyState } from '../ui/empty-state';
import { words } from '../words/shell';
import { Page } from './layout';

export default function NotFound() {
  return (
    <Page title={words.page.notFound}>
      <EmptyState
        heading="h1"
        icon={<Compass size={56} strokeWidth={1.25} />}
        title={words.page.notFound}
        text={words.page.notFoundNext}
        action={
          <ButtonLink variant="primary" to="/">
            {words.page.toStart}
          </ButtonLink>
        }
      />
    </Page>
  );
}
