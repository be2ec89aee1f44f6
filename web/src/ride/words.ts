import type { Words } from "../phone/page";

export const WORDS: Words = {
  green: ["请对准闸机的扫码口", "Hold it to the gate"],
  yellow: ["闸机会请工作人员看一下", "The gate will call the staff"],
  grey: ["闸机会请工作人员看一下", "The gate will call the staff"],
  red: ["闸机不能放您进站；出站照常", "The gate will not let you in; leaving is as always"],
  loading: ["正在准备乘车码…", "Preparing your ride code…"],
  first: ["乘车码今天第一次打开需要网络。连上网络，它会自动出现。", "The first ride code of a day needs a network. Go online and it appears by itself."],
  busy: ["现在办不了乘车码，过一会儿自动再试。通行码照常可用。", "No ride code just now; trying again soon. Your pass works as always."],
  off: ["这部手机上的乘车码已停用。", "The ride code on this phone was ended."],
  on: ["重新启用", "Turn it on again"],
};
