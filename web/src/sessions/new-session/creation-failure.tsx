/** Why a session was not created. What is wrong with one field is told at that field. */
import { isApiError } from '../../api/error';
import { Failure } from '../../page/failure';
import { Button } from '../../ui/button';
import { Notice } from '../../ui/notice';
import { words } from '../../words';
import type { Way } from './draft';
import { isStop } from './use-create';

interface CreationFailureProps {
  error: unknown;
  way: Way;
  onRetry: () => void;
  onClose: () => void;
}

export function CreationFailure({ error, way, onRetry, onClose }: CreationFailureProps) {
  if (isStop(error)) {
    return (
      <Notice kind="info" title={words.sessions.new.cancelled}>
        {words.sessions.new.cancelledNext}
      </Notice>
    );
  }
  if (isApiError(error, 'SESSION_LIMIT_EXCEEDED')) {
    return (
      <Notice
        kind="error"
        title={words.errors.SESSION_LIMIT_EXCEEDED.title}
        actions={<Button onClick={onClose}>{words.sessions.new.limitAction}</Button>}
      >
        {words.sessions.new.limitNext}
      </Notice>
    );
  }
  if (isApiError(error, 'INVALID_INPUT', 'INVALID_LANGUAGE') && isAtField(error.fields, way)) return null;
  const canRetry = !isApiError(error, 'INVALID_INPUT', 'INVALID_LANGUAGE', 'FILE_TOO_LARGE');
  return <Failure error={error} onRetry={canRetry ? onRetry : undefined} />;
}

/** Whether a field that is shown tells it. */
function isAtField(fields: Record<string, string>, way: Way): boolean {
  return 'filename' in fields || 'language_override' in fields || (way === 'paste' && 'code_content' in fields);
}
