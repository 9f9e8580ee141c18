/** Animation while the model has not answered yet. */
export function ThinkingIndicator({ text }: { text: string }) {
  return (
    <p className="flex items-center gap-2.5 text-dim">
      <span aria-hidden="true" className="inline-flex gap-1">
        <span className="size-1.5 animate-thinking rounded-full bg-accent-text" />
        <span className="size-1.5 animate-thinking rounded-full bg-accent-text [animation-delay:150ms]" />
        <span className="size-1.5 animate-thinking rounded-full bg-accent-text [animation-delay:300ms]" />
      </span>
      {text}
    </p>
  );
}
