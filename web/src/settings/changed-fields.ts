/** Finds the changed fields of a form. */

/** Returns the changed fields. Surrounding spaces do not count because the server trims them. */
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
