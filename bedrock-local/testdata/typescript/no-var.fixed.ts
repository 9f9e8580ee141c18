export class Counter {
  count(words: string[]): number {
    let seen: Set<string> = new Set(words);
    return seen.size;
  }
}
