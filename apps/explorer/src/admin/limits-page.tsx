export function LimitsPage() {
  return (
    <div className="page">
      <h1>Limits</h1>
    </div>
  )
}
