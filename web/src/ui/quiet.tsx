/** Around a part that the page can do without: when it cannot be loaded or fails, it is missing, and the rest stays. */
import { Component, type ReactNode } from 'react';

interface QuietProps {
  children: ReactNode;
  /** What stands in its place. */
  fallback?: ReactNode;
  onFail?: () => void;
}

export class Quiet extends Component<QuietProps, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override componentDidCatch() {
    this.props.onFail?.();
  }

  override render() {
    return this.state.hasFailed ? (this.props.fallback ?? null) : this.props.children;
  }
}
