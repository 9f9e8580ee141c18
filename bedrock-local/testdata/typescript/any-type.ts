export function handle(event: any): string {
  return event.target.value;
}
