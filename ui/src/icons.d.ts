// Icons of lucide, inlined at build time (vite/plugins.ts): the content of an <svg>.
declare module 'icon:*' {
  const inside: string;
  export default inside;
}
