/** Syncs tabs with the same session: notifies them of saves, and checks for changes when a tab becomes visible. */

/** The minimum time between two checks. */
const MIN_PAUSE_MS = 5_000;

export class TabSync {
  private readonly channel = 'BroadcastChannel' in window ? new BroadcastChannel('codesensei.saved') : null;
  private askedAt = performance.now();
  private readonly removeListeners: () => void;

  constructor(
    private readonly sessionId: string,
    /** Called when another tab or device may have saved. */
    onNews: () => void,
  ) {
    const onReturn = () => {
      if (document.visibilityState === 'hidden' || performance.now() - this.askedAt < MIN_PAUSE_MS) return;
      this.askedAt = performance.now();
      onNews();
    };
    window.addEventListener('focus', onReturn);
    document.addEventListener('visibilitychange', onReturn);
    this.removeListeners = () => {
      window.removeEventListener('focus', onReturn);
      document.removeEventListener('visibilitychange', onReturn);
    };
    if (this.channel !== null) {
      this.channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (data === sessionId) onNews();
      };
    }
  }

  notifySaved(): void {
    this.channel?.postMessage(this.sessionId);
  }

  dispose(): void {
    this.removeListeners();
    this.channel?.close();
  }
}
