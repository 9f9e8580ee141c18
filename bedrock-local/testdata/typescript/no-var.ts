export class Counter {
  count(words: string[]): number {
    var seen: Set<string> = new Set(words);
    return seen.size;
  }
}
