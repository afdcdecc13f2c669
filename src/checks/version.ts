/** Version of the catalogue: moves with any change in what is found, because users' scores move with it. */
export const CATALOGUE = '2026.61.0';
