/** Blocks navigation away from unsaved text until the user decides. A history step must be undone for that. */
import type { NavigationGuard } from '../page/history';

/** Asks whether to leave; `leave` continues. Returns `false` if there is nothing to ask. */
export type AskToLeave = (leave: () => void, isSignOut: boolean) => boolean;

/** If no step follows within this time, in milliseconds, a restoring step counts as dropped by the browser. */
const LOST_STEP_MS = 100;
/** Maximum repetitions of a dropped step. */
const MAX_TRIES = 5;

/** The index of the browser's current entry. The router numbers its entries. */
function historyIndex(): number | null {
  const { idx } = (window.history.state ?? {}) as { idx?: unknown };
  return typeof idx === 'number' ? idx : null;
}

export class UnsavedGuard implements NavigationGuard {
  /** The path that the page shows. The browser may already be elsewhere. */
  private shownPath = window.location.pathname;
  private shownIndex = historyIndex();
  /** Set while returning to the shown entry. */
  private timer: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;
  /** Runs after the return. */
  private onBack: (() => void) | null = null;
  /** The index that the user chose to go to. */
  private allowedIndex: number | null = null;

  constructor(private readonly ask: AskToLeave) {}

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  blocksSignOut(signOut: () => void): boolean {
    return this.ask(signOut, true);
  }

  blocksPush(path: string, push: () => void): boolean {
    const later = () => this.runWhenBack(push);
    if (path !== this.shownPath && this.ask(later, false)) return true;
    // A push from another entry would remove the shown entry.
    if (this.timer === undefined) return false;
    later();
    return true;
  }

  blocksStep(path: string): boolean {
    const steps = this.stepsToShown();
    if (this.timer !== undefined) {
      // A step of the user or the return; only the final entry tells which.
      if (steps === 0) this.finishReturn();
      else this.waitForStep();
      return true;
    }
    const to = historyIndex();
    if (steps === 0 || path === this.shownPath || to === this.allowedIndex) return false;
    const leave = () =>
      this.runWhenBack(() => {
        this.allowedIndex = to;
        window.history.go(-steps);
      });
    if (!this.ask(leave, false)) return false;
    this.tries = 0;
    this.goBack(steps);
    return true;
  }

  onEntryShown(): void {
    this.dispose();
    this.onBack = null;
    this.allowedIndex = null;
    this.shownPath = window.location.pathname;
    this.shownIndex = historyIndex();
  }

  private runWhenBack(work: () => void): void {
    if (this.timer === undefined) work();
    else this.onBack = work;
  }

  /** Steps from the browser's entry to the shown one; 0 also for unnumbered entries. `go(0)` would reload the page. */
  private stepsToShown(): number {
    const now = historyIndex();
    return now === null || this.shownIndex === null ? 0 : this.shownIndex - now;
  }

  private goBack(way: number): void {
    window.history.go(way);
    this.waitForStep();
  }

  /** Waits for the next step. The user may take more steps before the return. */
  private waitForStep(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const way = this.stepsToShown();
      this.tries += 1;
      if (way !== 0 && this.tries < MAX_TRIES) this.goBack(way);
      else this.finishReturn();
    }, LOST_STEP_MS);
  }

  private finishReturn(): void {
    this.dispose();
    const { onBack } = this;
    this.onBack = null;
    onBack?.();
  }
}
