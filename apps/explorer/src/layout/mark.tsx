/** Lines that drift against a boom. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" width="20" height="20" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#0e7490" />
      <path d="M6 10h11M6 16h17M6 22h8" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      <circle cx="24" cy="10" r="2.4" fill="#fbbf24" />
    </svg>
  )
}
