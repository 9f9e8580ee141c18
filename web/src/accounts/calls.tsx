/** What a visitor can do next: sign up or sign in. A user goes to their sessions. */
import { ArrowRight } from 'lucide-react';
import { words } from '../shell-words';
import { words as start } from '../start-words';
import { ButtonLink } from '../ui/button';
import { useUser } from './user';

export function Calls() {
  const { data: user } = useUser();
  if (user) {
    return (
      <ButtonLink look="primary" size="lg" to="/dashboard">
        {start.landing.toSessions}
        <ArrowRight size={16} aria-hidden="true" />
      </ButtonLink>
    );
  }
  return (
    <>
      <ButtonLink look="primary" size="lg" to="/signup">
        {start.landing.start}
      </ButtonLink>
      <ButtonLink size="lg" to="/login">
        {words.common.signIn}
      </ButtonLink>
    </>
  );
}
