export function Loading({ what }: { what: string }) {
  return (
    <p className="loading dim" role="status">
      Loading {what} …
    </p>
  )
}
