import { trusted } from './html.ts'

/** A lock plate with its bolt out: the mark of Latchkey. Colours come from the style sheet where it is inlined. */
const PLATE = '<rect x="2" y="2" width="34" height="36" rx="9"'
const BOLT = '<path d="M36 15h7a3 3 0 0 1 3 3v4a3 3 0 0 1-3 3h-7z"'
const KEYHOLE =
  '<path d="M19 11a6 6 0 0 1 3.4 10.94l1.5 6.2a1.5 1.5 0 0 1-1.46 1.86h-6.88a1.5 1.5 0 0 1-1.46-1.86l1.5-6.2A6 6 0 0 1 19 11z"'

export const MARK = trusted(
  '<svg class="mark" viewBox="0 0 48 40" width="36" height="30" aria-hidden="true" focusable="false">' +
    `${BOLT} class="bolt"/>${PLATE} class="plate"/>${KEYHOLE} class="hole"/></svg>`,
)

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -4 48 48">' +
  `${BOLT} fill="#b07a1e"/>${PLATE} fill="#17405f"/>${KEYHOLE} fill="#f2c864"/></svg>`

/** The icon of the tab, inside the page: nothing is fetched. */
export const ICON_URL = `data:image/svg+xml,${encodeURIComponent(ICON)}`
