export function WorkOrdersPage() {
  return (
    <div className="page">
      <h1>Work orders</h1>
    </div>
  )
}
