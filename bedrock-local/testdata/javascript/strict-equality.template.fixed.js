export function label(count) {
  const ending = `${count !== 1 ? 's' : ''}`;
  return `${count} item${ending} == "all"`;
}
