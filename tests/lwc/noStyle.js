// In place of each stylesheet: LWC takes an absent one for none.
module.exports = undefined;
