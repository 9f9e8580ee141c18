/** Client ids for idempotent session creation: a retry of the same file uses the same id. */
import type { NewFile } from './draft';

export class ClientIds {
  private last: { file: NewFile; id: string } | undefined;

  idFor(file: NewFile): string {
    if (this.last === undefined || !isSame(this.last.file, file)) this.last = { file, id: crypto.randomUUID() };
    return this.last.id;
  }

  reset(): void {
    this.last = undefined;
  }
}

function isSame(a: NewFile, b: NewFile): boolean {
  return a.filename === b.filename && a.language_override === b.language_override && a.code_content === b.code_content;
}
