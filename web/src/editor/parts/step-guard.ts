/** Holds what would leave the editor until the user has answered. A step back or forward has to be undone for that. */
import type { Guard } from '../../page/history';

/** Asks whether to leave. `leave` does it after all. Answers `false` when there is nothing to ask. */
export type Ask = (leave: () => void, isSignOut: boolean) => boolean;

/** After so long without a step, in milliseconds, one that was to undo others is taken for lost: browsers drop them. */
const QUIET = 100;
/** How often a step is repeated that was lost. */
const TRIES = 5;

/** The place of the entry that the browser is at. The router numbers the entries that it makes. */
function place(): number | null {
  const { idx } = (window.history.state ?? {}) as { idx?: unknown };
  return typeof idx === 'number' ? idx : null;
}

export class StepGuard implements Guard {
  /** What the page shows, which the browser may have left already. */
  private path = window.location.pathname;
  private at = place();
  /** Set on the way back to it. */
  private timer: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;
  /** What is to be done there. */
  private onBack: (() => void) | null = null;
  /** The place that the user chose to go to. */
  private allowed: number | null = null;

  constructor(private readonly ask: Ask) {}

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  holdsSignOut(signOut: () => void): boolean {
    return this.ask(signOut, true);
  }

  holdsPush(path: string, push: () => void): boolean {
    const later = () => this.whenBack(push);
    if (path !== this.path && this.ask(later, false)) return true;
    // Anywhere else it would cut off the entry that is shown.
    if (this.timer === undefined) return false;
    later();
    return true;
  }

  holdsStep(path: string): boolean {
    const way = this.wayBack();
    if (this.timer !== undefined) {
      // One of the user's, or the way back. Only where it ends tells.
      if (way === 0) this.isBack();
      else this.wait();
      return true;
    }
    const to = place();
    if (way === 0 || path === this.path || to === this.allowed) return false;
    const leave = () =>
      this.whenBack(() => {
        this.allowed = to;
        window.history.go(-way);
      });
    if (!this.ask(leave, false)) return false;
    this.tries = 0;
    this.goBack(way);
    return true;
  }

  shown(): void {
    this.dispose();
    this.onBack = null;
    this.allowed = null;
    this.path = window.location.pathname;
    this.at = place();
  }

  private whenBack(work: () => void): void {
    if (this.timer === undefined) work();
    else this.onBack = work;
  }

  /** From where the browser is to what is shown; 0 also where an entry has no number. A step of 0 would load the page anew. */
  private wayBack(): number {
    const now = place();
    return now === null || this.at === null ? 0 : this.at - now;
  }

  private goBack(way: number): void {
    window.history.go(way);
    this.wait();
  }

  /** For the next step. More of the user's may come before the one that undoes them. */
  private wait(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const way = this.wayBack();
      this.tries += 1;
      if (way !== 0 && this.tries < TRIES) this.goBack(way);
      else this.isBack();
    }, QUIET);
  }

  private isBack(): void {
    this.dispose();
    const { onBack } = this;
    this.onBack = null;
    onBack?.();
  }
}
