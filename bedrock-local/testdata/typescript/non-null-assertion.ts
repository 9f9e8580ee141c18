export function title(page: Page): string {
  return page.header!.title;
}
