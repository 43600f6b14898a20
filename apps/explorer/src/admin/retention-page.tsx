export function RetentionPage() {
  return (
    <div className="page">
      <h1>Retention</h1>
    </div>
  )
}
