/** "Try an example": creates a session with a small file that has an obvious issue. */
import { useNavigate } from 'react-router';
import { toastError } from '../page/error-notice';
import { Button } from '../ui/button';
import { words } from '../words';
import { useCreateSession } from './new-session/use-create-session';

/** The comparison with `None` is easy to find in a review. */
const EXAMPLE_CODE = `"""Allows each client a number of calls per minute."""
import time


class RateLimiter:
    def __init__(self, limit=60):
        self.limit = limit
        self.calls = {}

    def allow(self, client):
        now = time.time()
        recent = self.calls.get(client)
        if recent == None:
            recent = []
        recent = [at for at in recent if now - at < 60]
        if len(recent) >= self.limit:
            return False
        recent.append(now)
        self.calls[client] = recent
        return True
`;

export function TryExample() {
  const create = useCreateSession(true);
  const navigate = useNavigate();
  const open = () =>
    create.mutate(
      { filename: 'rate_limiter.py', code_content: EXAMPLE_CODE, language_override: null },
      {
        onSuccess: ({ session }) => void navigate(`/editor/${session.session_id}`),
        onError: (error) => toastError(error, open),
      },
    );
  return (
    <Button onClick={open} busy={create.isPending && words.sessions.new.creating}>
      {words.sessions.example}
    </Button>
  );
}
