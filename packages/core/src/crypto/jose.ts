/** What is used of the library for keys and signatures; named, so that a bundle holds nothing else of it. */
export { importJWK, importPKCS8, SignJWT } from 'jose';
