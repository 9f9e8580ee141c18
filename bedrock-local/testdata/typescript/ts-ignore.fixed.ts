import legacy from './legacy';

export function start(): void {
  // @ts-expect-error the old module has no types
  legacy.init({ verbose: true });
}
