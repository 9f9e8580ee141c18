/** Other tabs with the same session: they are told of a save at once, and a tab that was away asks when it is back. */

/** A tab that is looked at again and again asks once in this time. */
const PAUSE = 5_000;

export class OtherTabs {
  private readonly channel = 'BroadcastChannel' in window ? new BroadcastChannel('codesensei.saved') : null;
  private askedAt = performance.now();
  private readonly off: () => void;

  constructor(
    private readonly sessionId: string,
    /** The session may have been saved by another. */
    onNews: () => void,
  ) {
    const back = () => {
      if (document.visibilityState === 'hidden' || performance.now() - this.askedAt < PAUSE) return;
      this.askedAt = performance.now();
      onNews();
    };
    window.addEventListener('focus', back);
    document.addEventListener('visibilitychange', back);
    this.off = () => {
      window.removeEventListener('focus', back);
      document.removeEventListener('visibilitychange', back);
    };
    if (this.channel !== null) {
      this.channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (data === sessionId) onNews();
      };
    }
  }

  /** This tab has saved. */
  saved(): void {
    this.channel?.postMessage(this.sessionId);
  }

  dispose(): void {
    this.off();
    this.channel?.close();
  }
}
