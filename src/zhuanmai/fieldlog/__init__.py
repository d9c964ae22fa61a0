"""The field log (外勤操作): what officers do on tablets, also off the network, taken in once and in order."""
