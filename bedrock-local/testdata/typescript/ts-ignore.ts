import legacy from './legacy';

export function start(): void {
  // @ts-ignore the old module has no types
  legacy.init({ verbose: true });
}
