export async function growth() { return 0; }
