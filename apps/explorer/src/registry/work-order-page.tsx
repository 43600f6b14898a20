export function WorkOrderPage({ id }: { id: string }) {
  return (
    <div className="page">
      <h1>Work order {id}</h1>
    </div>
  )
}
