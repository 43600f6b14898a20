export function AgentPage({ id }: { id: string }) {
  return (
    <div className="page">
      <h1>Agent {id}</h1>
    </div>
  )
}
