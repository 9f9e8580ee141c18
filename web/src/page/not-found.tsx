/** The 404 page. */
import { Compass } from 'lucide-react';
import { words } from '../shell-words';
import { ButtonLink } from '../ui/button';
import { Empty } from '../ui/empty';
import { Page } from './layout';

export default function NotFound() {
  return (
    <Page title={words.page.notFound}>
      <Empty
        heading="h1"
        icon={<Compass size={56} strokeWidth={1.25} />}
        title={words.page.notFound}
        text={words.page.notFoundNext}
        action={
          <ButtonLink look="primary" to="/">
            {words.page.toStart}
          </ButtonLink>
        }
      />
    </Page>
  );
}
