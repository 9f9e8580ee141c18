/** Error boundary for optional parts: a part that fails to load or throws is left out. */
import { Component, type ReactNode } from 'react';

interface SilentBoundaryProps {
  children: ReactNode;
  /** Shown instead of the failed part. */
  fallback?: ReactNode;
  onFail?: () => void;
}

export class SilentBoundary extends Component<SilentBoundaryProps, { hasFailed: boolean }> {
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
