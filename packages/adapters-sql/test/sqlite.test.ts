import { storeContracts } from "./contracts.ts"
import { temporaryStores } from "./temporary.ts"

storeContracts("SQLite", temporaryStores)
