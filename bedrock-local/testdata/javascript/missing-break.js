export function color(status) {
  let name = 'grey';
  switch (status) {
    case 'ok':
      name = 'green';
    case 'failed':
      name = 'red';
      break;
    default:
      break;
  }
  return name;
}
