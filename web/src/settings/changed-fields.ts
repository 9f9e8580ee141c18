/** What of a form is another value than before. */

/** The fields whose value changed. Blanks around a value do not count: the server drops them. */
export function changedFields<Name extends string>(
  before: Readonly<NoInfer<Record<Name, string>>>,
  now: Record<Name, string>,
): Partial<Record<Name, string>> {
  const changed: Partial<Record<Name, string>> = {};
  for (const name of Object.keys(now) as Name[]) {
    const value = now[name].trim();
    if (value !== before[name]) changed[name] = value;
  }
  return changed;
}
