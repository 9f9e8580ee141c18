/** The outline of what is being loaded. */
export function Skeleton({ className }: { className: string }) {
  return <div aria-hidden="true" className={`animate-skeleton rounded-md bg-hover ${className}`} />;
}
