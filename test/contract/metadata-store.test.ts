import { metadataStoreContract } from './metadata-store.ts';
import { memoryMetadata, sqliteMetadata } from './metadata-subjects.ts';

metadataStoreContract('memory', () => ({ subject: memoryMetadata() }));

metadataStoreContract('SQLite', sqliteMetadata);
