export function parse(version: string): number {
  const major = Number(version.split('.')[0]);
  if (Number.isNaN(major)) throw `bad version ${version}`;
  return major;
}
