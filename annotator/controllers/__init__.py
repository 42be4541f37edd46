"""Plain objects that own the draft, the selection and the flow: no painting, no SQL, testable without a window."""
