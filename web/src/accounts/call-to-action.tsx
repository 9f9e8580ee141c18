/** Links to sign up or sign in; for a signed-in user, a link to the sessions. */
import { ArrowRight } from 'lucide-react';
import { ButtonLink } from '../ui/button';
import { words } from '../words/shell';
import { words as start } from '../words/start';
import { useUser } from './user';

export function CallToAction() {
  const { data: user } = useUser();
  if (user) {
    return (
      <ButtonLink variant="primary" size="lg" to="/dashboard">
        {start.landing.toSessions}
        <ArrowRight size={16} aria-hidden="true" />
      </ButtonLink>
    );
  }
  return (
    <>
      <ButtonLink variant="primary" size="lg" to="/signup">
        {start.landing.start}
      </ButtonLink>
      <ButtonLink size="lg" to="/login">
        {words.common.signIn}
      </ButtonLink>
    </>
  );
}
