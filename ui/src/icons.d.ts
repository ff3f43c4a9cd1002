// Icons of lucide, taken at build time (vite/plugins.ts): the inside of an <svg>.
declare module 'icon:*' {
  const inside: string;
  export default inside;
}
