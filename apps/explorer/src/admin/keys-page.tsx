export function KeysPage() {
  return (
    <div className="page">
      <h1>Keys</h1>
    </div>
  )
}
