trigger PhoneAddress on User(before insert, before update) {
    PhoneAddressVerification.check(Trigger.new, Trigger.oldMap);
}
