export function DeadLettersPage() {
  return (
    <div className="page">
      <h1>Dead letters</h1>
    </div>
  )
}
