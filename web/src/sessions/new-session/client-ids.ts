/** Ids by which the server knows a file that is sent again, whose answer may have been lost. */
import type { NewFile } from './draft';

export class ClientIds {
  private last: { file: NewFile; id: string } | undefined;

  /** The same for the same file. */
  of(file: NewFile): string {
    if (this.last === undefined || !isSame(this.last.file, file)) this.last = { file, id: crypto.randomUUID() };
    return this.last.id;
  }

  forget(): void {
    this.last = undefined;
  }
}

function isSame(a: NewFile, b: NewFile): boolean {
  return a.filename === b.filename && a.language_override === b.language_override && a.code_content === b.code_content;
}
