import { Component } from 'react'
import type { ReactNode } from 'react'
import { Failure } from './failure.tsx'

interface ErrorBoundaryProps {
  /** When it changes, what is inside is tried again. */
  place: string
  children: ReactNode
}

/** A page that breaks says so in its place; the rest of the window goes on. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { error: unknown }> {
  override state = { error: undefined as unknown } // typed wider than its first value

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override componentDidUpdate(before: ErrorBoundaryProps) {
    if (before.place !== this.props.place && this.state.error !== undefined)
      this.setState({ error: undefined })
  }

  override render() {
    if (this.state.error === undefined) return this.props.children
    return (
      <div className="page">
        <Failure error={this.state.error} retry={() => this.setState({ error: undefined })} />
      </div>
    )
  }
}
