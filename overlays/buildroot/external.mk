include $(sort $(wildcard $(BR2_EXTERNAL_HALFBRIDGE_PATH)/package/*/*.mk))
