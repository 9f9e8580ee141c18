/** A session on a small file that has something to ask about, for those who have none at hand. */
import { useNavigate } from 'react-router';
import { toastError } from '../page/failure';
import { Button } from '../ui/button';
import { words } from '../words';
import { useCreateSession } from './new-session/use-create';

/** The comparison with `None` is what every reviewer finds. */
const EXAMPLE = `"""Allows each client a number of calls per minute."""
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
      { filename: 'rate_limiter.py', code_content: EXAMPLE, language_override: null },
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
