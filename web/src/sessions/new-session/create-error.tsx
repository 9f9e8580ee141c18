/** Shows why a session was not created. Errors of a field are shown at the field. */
import { isApiError } from '../../api/error';
import { ErrorNotice } from '../../page/error-notice';
import { Button } from '../../ui/button';
import { Notice } from '../../ui/notice';
import { words } from '../../words';
import type { CodeSource } from './draft';
import { isCancelled } from './use-create-session';

interface CreateErrorProps {
  error: unknown;
  source: CodeSource;
  onRetry: () => void;
  onClose: () => void;
}

export function CreateError({ error, source, onRetry, onClose }: CreateErrorProps) {
  if (isCancelled(error)) {
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
  if (isApiError(error, 'INVALID_INPUT', 'INVALID_LANGUAGE') && isShownAtField(error.fields, source)) return null;
  const canRetry = !isApiError(error, 'INVALID_INPUT', 'INVALID_LANGUAGE', 'FILE_TOO_LARGE');
  return <ErrorNotice error={error} onRetry={canRetry ? onRetry : undefined} />;
}

/** Whether a visible field shows the error. */
function isShownAtField(fields: Record<string, string>, source: CodeSource): boolean {
  return 'filename' in fields || 'language_override' in fields || (source === 'paste' && 'code_content' in fields);
}
